import { CuttleError } from '@cuttle/core-types/errors';
import { type MethodName, methods } from '@cuttle/core-types/protocol';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import { z } from 'zod';
import type { Caller, GatewayDeps, Handler, Handlers } from './gateway-deps.ts';

const byName = new Map(methods.map((method) => [method.name as string, method])); // widened: any text may be asked for

/** Every method call of every door: known, allowed, parsed, done. Throws `method.unknown`, `access.denied`, `request.invalid` or what the method throws. */
export async function callMethod(
  deps: GatewayDeps,
  {
    name,
    params,
    caller,
    handlers,
  }: { name: string; params: unknown; caller: Caller; handlers: Handlers },
  signal: AbortSignal,
): Promise<unknown> {
  const method = byName.get(name);
  if (!method || method.name === 'connect')
    throw new CuttleError('method.unknown', `There is no method "${name.slice(0, 100)}".`);
  const { scope } = method;
  const decision = authorise(caller.principal, 'method.call', { kind: 'method', name, scope });
  if (decision.kind !== 'allow')
    throw new CuttleError(
      'access.denied',
      textFor(decision.kind === 'deny' ? decision.reason : 'policy.scope', { scope: scope ?? '' }),
    );
  const parsed = method.params.safeParse(params ?? {});
  if (!parsed.success) throw new CuttleError('request.invalid', z.prettifyError(parsed.error));
  // The table pairs each name with its schema and its handler; the pairing is lost in the union.
  const handler = handlers[method.name] as Handler<MethodName>;
  return handler(deps, { params: parsed.data, caller } as Parameters<typeof handler>[1], signal);
}
