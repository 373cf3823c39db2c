export function unwantedSkips(names: readonly string[], isCi: boolean): string[];
