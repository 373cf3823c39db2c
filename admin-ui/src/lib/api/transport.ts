import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { baseUrl } from './base.ts';

let refused = () => {};

/** Hears when the server no longer knows who calls. */
export function onUnauthenticated(hear: () => void): void {
  refused = hear;
}

const watchRefusals: Interceptor = (next) => async (req) => {
  try {
    return await next(req);
  } catch (error) {
    if (ConnectError.from(error).code === Code.Unauthenticated) refused();
    throw error;
  }
};

/** The server of this page. Binary: spans are small and many, and 64-bit numbers stay whole. */
export const transport = createConnectTransport({
  baseUrl: baseUrl(),
  useBinaryFormat: true,
  interceptors: [watchRefusals],
});
