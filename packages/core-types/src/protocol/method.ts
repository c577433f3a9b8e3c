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

/** The same with its schemas to be made: a gateway that waits needs few of them, and all would be 3 MB and a tenth of its start. */
export interface MethodDraft<
  Name extends string,
  Params extends z.ZodType,
  Result extends z.ZodType,
> extends Omit<MethodDefinition<Name>, 'params' | 'result'> {
  readonly params: () => Params;
  readonly result: () => Result;
}

/** A row whose schemas are made when they are first asked for, once. */
export function defineMethod<
  Name extends string,
  Params extends z.ZodType,
  Result extends z.ZodType,
>({
  params: makeParams,
  result: makeResult,
  ...row
}: MethodDraft<Name, Params, Result>): MethodDefinition<Name, Params, Result> {
  let params: Params | undefined;
  let result: Result | undefined;
  return {
    ...row,
    get params() {
      return (params ??= makeParams());
    },
    get result() {
      return (result ??= makeResult());
    },
  };
}
