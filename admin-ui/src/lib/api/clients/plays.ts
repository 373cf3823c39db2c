import { createClient } from '@connectrpc/connect';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { transport } from '../transport.ts';

export const plays = createClient(PlayService, transport);
