export type { OauthFault } from './faults.ts';
export { openOauthServer, type OauthServer, type OauthServerOptions } from './oauth-server.ts';
export { type OauthClient, oauthRules } from './world.ts';
