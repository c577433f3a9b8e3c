export { slackActions } from './actions.ts';
export { createSlackChannel } from './channel.ts';
export { SlackOptions } from './options.ts';
