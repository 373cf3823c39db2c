import { createClient } from '@connectrpc/connect';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { transport } from '../transport.ts';

export const library = createClient(LibraryService, transport);
