export { playPage } from './play-page.ts';
export { redactRecorded } from './recorded-play.ts';
export { rulesOf } from './redact.ts';
