import { createConnectTransport } from '@connectrpc/connect-web';

/** The server of this page. Binary: spans are small and many, and 64-bit numbers stay whole. */
export const transport = createConnectTransport({ baseUrl: location.origin, useBinaryFormat: true });
