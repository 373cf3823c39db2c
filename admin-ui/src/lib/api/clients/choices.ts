import { createClient } from '@connectrpc/connect';
import { ChoiceService } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import { transport } from '../transport.ts';

export const choices = createClient(ChoiceService, transport);
