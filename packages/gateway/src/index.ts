export { answerProbe } from './answer-probe.ts';
export { ownerPrincipal } from './authenticate.ts';
export { createGateway, type Gateway } from './create-gateway.ts';
export { describeProtocol } from './describe-protocol.ts';
export type {
  GatewayDeps,
  GatewaySettings,
  PageFile,
  ProcessFacts,
  RootHandlers,
} from './gateway-deps.ts';
export type { HttpEnv } from './http-app.ts';
