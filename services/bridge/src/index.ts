// The bridge: JSON-RPC 2.0, Connect and gRPC-Web over HTTP/1.1, the OpenRPC document, the Python client and the admin UI.

export { type Bridge, type BridgeDeps, buildBridge } from './app.ts';
export { type Manifest, serviceManifest } from './http/pages.ts';
export type { SignIn } from './http/session.ts';
export { createMcpServer, type McpServerOptions } from './mcp/server.ts';
