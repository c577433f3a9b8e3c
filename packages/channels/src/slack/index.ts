export { createSlackChannel } from './channel.ts';
export { SlackOptions } from './options.ts';
