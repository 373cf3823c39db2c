// Namespaces separate teams: what is in one is not there for callers of another. What says nothing is in the first.

export const DEFAULT_NAMESPACE = 'default';
