import { afterEach } from 'vitest';
import { type Bench, openBench } from './run-command.ts';
import { type Answer, openScriptedGateway, type ScriptedGateway } from './scripted-gateway.ts';

export interface Benches {
  /** Closes something with the test. */
  own<One extends AsyncDisposable>(one: One): One;
  /** Command lines over a home in which a gateway with these answers runs. */
  benchWith(
    answers: Readonly<Record<string, Answer>>,
    overrides?: Parameters<typeof openBench>[0],
  ): Promise<{ readonly cli: Bench; readonly gateway: ScriptedGateway }>;
}

/** What the tests of one file open; each ends with its test. */
export function useBenches(): Benches {
  const open: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  });
  const own = <One extends AsyncDisposable>(one: One): One => {
    open.push(one);
    return one;
  };
  return {
    own,
    async benchWith(answers, overrides) {
      const gateway = own(await openScriptedGateway(answers));
      const cli = own(await openBench(overrides));
      await cli.announce(gateway.url);
      return { cli, gateway };
    },
  };
}
