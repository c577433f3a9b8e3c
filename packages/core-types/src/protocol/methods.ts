import type { z } from 'zod';
import { accessMethods } from './access-methods.ts';
import { channelMethods } from './channel-methods.ts';
import { agentsMethods } from './agents-methods.ts';
import { chatMethods } from './chat-methods.ts';
import { contextMethods } from './context-methods.ts';
import { gatewayMethods } from './gateway-methods.ts';
import { installedMethods } from './installed-methods.ts';
import { memoryMethods } from './memory-methods.ts';
import { modelsMethods } from './models-methods.ts';
import { pinsMethods } from './pins-methods.ts';
import { privacyMethods } from './privacy-methods.ts';
import { recordsMethods } from './records-methods.ts';
import { sessionListMethods } from './session-list-methods.ts';
import { sessionMethods } from './session-methods.ts';
import { settingsMethods } from './settings-methods.ts';
import { subagentMethods } from './subagent-methods.ts';
import { usageMethods } from './usage-methods.ts';
import { wakeMethods } from './wake-methods.ts';
import { workerMethods } from './worker-methods.ts';

/** The protocol: every method with its params, result, scope and first version. Docs, JSON Schema, the typed client, handlers and authorisation derive from this table. */
export const methods = [
  ...gatewayMethods,
  ...chatMethods,
  ...sessionListMethods,
  ...sessionMethods,
  ...recordsMethods,
  ...privacyMethods,
  ...subagentMethods,
  ...workerMethods,
  ...modelsMethods,
  ...channelMethods,
  ...accessMethods,
  ...settingsMethods,
  ...usageMethods,
  ...installedMethods,
  ...memoryMethods,
  ...agentsMethods,
  ...pinsMethods,
  ...contextMethods,
  ...wakeMethods,
] as const;

export type Method = (typeof methods)[number];
export type MethodName = Method['name'];
export type MethodOf<Name extends MethodName> = Extract<Method, { name: Name }>;
/** What a caller writes (defaults may be left out). */
export type ParamsOf<Name extends MethodName> = z.input<MethodOf<Name>['params']>;
/** What a handler gets. */
export type ParsedParamsOf<Name extends MethodName> = z.output<MethodOf<Name>['params']>;
export type ResultOf<Name extends MethodName> = z.output<MethodOf<Name>['result']>;
