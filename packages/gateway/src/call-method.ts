import { CuttleError } from '@cuttle/core-types/errors';
import { type MethodName, methods, type ParsedParamsOf } from '@cuttle/core-types/protocol';
import { z } from 'zod';
import type { Caller, GatewayDeps, Handler, Handlers } from './gateway-deps.ts';
import { requireScope } from './require-scope.ts';

const byName = new Map(methods.map((method) => [method.name as string, method])); // widened: any text may be asked for

/** Every method call of every door: known, allowed, parsed, done. Throws `method.unknown`, `access.denied`, `request.invalid` or what the method throws. */
export async function callMethod(
  deps: GatewayDeps,
  {
    name,
    params: given,
    caller,
    handlers,
  }: { name: string; params: unknown; caller: Caller; handlers: Handlers },
  signal: AbortSignal,
): Promise<unknown> {
  const method = byName.get(name);
  if (!method || method.name === 'connect')
    throw new CuttleError('method.unknown', `There is no method "${name.slice(0, 100)}".`);
  requireScope(caller.principal, method);
  const parsed = method.params.safeParse(given ?? {});
  if (!parsed.success) throw new CuttleError('request.invalid', z.prettifyError(parsed.error));
  // The table pairs each name with its schema and its handler; the pairing is lost in the union.
  const handler = handlers[method.name] as Handler<MethodName>;
  const params = parsed.data as ParsedParamsOf<MethodName>; // by this method's own schema
  return handler(deps, { params, caller }, signal);
}
