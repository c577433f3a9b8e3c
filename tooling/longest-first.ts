import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The suites that take longest on two cores, longest first: a long one that begins last is waited for alone. A checkout that never ran
 * them knows no durations, and vitest would go by the files' sizes.
 */
export const longest: readonly string[] = [
  'e2e/crash/crash.test.ts',
  'e2e/packages/packages.test.ts',
  'e2e/cli/cli.test.ts',
  'e2e/browser/whole-sessions.test.ts',
  'e2e/browser/states.test.ts',
  'e2e/browser/chat.test.ts',
  'e2e/browser/reconnect.test.ts',
  'e2e/agent/standing-orders.test.ts',
  'e2e/browser/sessions.test.ts',
  'e2e/channels/manners.test.ts',
  'e2e/browser/messengers.test.ts',
  'e2e/agent/subagents.test.ts',
  'e2e/gateway/failover.test.ts',
  'e2e/gateway/commands.test.ts',
  'e2e/gateway/cut-usage.test.ts',
  'e2e/browser/subagents.test.ts',
  'e2e/browser/memory.test.ts',
  'bench/long-session.test.ts',
  'e2e/soak/soak.test.ts',
  'e2e/agent/queue-order.test.ts',
];

function rankOf({ moduleId }: TestSpecification): number {
  const at = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
  return at === -1 ? longest.length : at;
}

/** What vitest asks for the order of the files; https://vitest.dev/config/#sequence-sequencer wants a class. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's own method, which sorts nothing in place
    const sorted = await super.sort(files);
    return sorted.toSorted((left, right) => rankOf(left) - rankOf(right));
  }
}
