import type { z } from 'zod';
import type { Scope } from '../principal.ts';

/** One row of the protocol. `scope` undefined: any authenticated principal. `since` is the protocol version that brought it. */
export interface MethodDefinition<
  Name extends string = string,
  Params extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  readonly name: Name;
  readonly summary: string;
  readonly scope: Scope | undefined;
  readonly since: number;
  readonly params: Params;
  readonly result: Result;
}

export function defineMethod<
  Name extends string,
  Params extends z.ZodType,
  Result extends z.ZodType,
>(definition: MethodDefinition<Name, Params, Result>): MethodDefinition<Name, Params, Result> {
  return definition;
}
