import { conformance } from '@cuttle/channels/conformance';
import { type Ability, abilities, listChannelCases } from '@cuttle/testkit/channel-contract';

type Row = (...cells: readonly string[]) => string;

/** Which cases of the channel contract each channel runs, and why a platform has no others. */
export function conformanceLines(row: Row): readonly string[] {
  const cases = listChannelCases();
  const reasons = [...new Set(conformance.flatMap(({ lacks }) => Object.values(lacks)))];
  const cellOf = (lacks: Readonly<Record<string, string>>, ability?: Ability): string => {
    const reason = ability === undefined ? undefined : lacks[ability];
    return reason === undefined ? 'yes' : `no (${reasons.indexOf(reason) + 1})`;
  };
  return [
    `The ${cases.length} promises of a channel, each a test that every adapter runs (\`describeChannel\` of \`@cuttle/testkit/channel-contract\`).`,
    'A number says which limit of the platform leaves a promise without meaning; of these it is tested that the channel does not claim to keep it.',
    '',
    row('Of', 'Promise', ...conformance.map(({ name }) => name)),
    row('---', '---', ...conformance.map(() => '---')),
    ...cases.map(({ group, title, ability }) =>
      row(
        ability === undefined ? group : `${group} (${abilities[ability]})`,
        title,
        ...conformance.map(({ lacks }) => cellOf(lacks, ability)),
      ),
    ),
    '',
    ...reasons.map((reason, index) => `${index + 1}. ${reason}`),
  ];
}
