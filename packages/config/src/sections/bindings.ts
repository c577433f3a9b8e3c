import { z } from 'zod';

/** Platforms' ids are numbers on some of them. */
const platformId = z.union([z.string().min(1), z.number()]).transform(String);

/** Where which agent answers; judged with the messengers, which alone know their ids. */
export const bindingsSection = z.array(
  z.looseObject({
    match: z
      .looseObject({
        channel: z.string().optional().describe('The platform, such as `telegram`.'),
        account: z.string().optional().describe('The account of that platform, by its name here.'),
        peer: platformId.optional().describe("A person's id, for their private chat."),
        group: platformId.optional().describe("A group's id."),
        thread: platformId.optional().describe('The id of a thread or topic.'),
      })
      .describe('What must fit; a key that is left out fits anything.'),
    agent: z.string().optional().describe('Id of the agent that answers there.'),
    agents: z
      .array(z.string())
      .min(1)
      .max(10)
      .optional()
      .describe(
        'Ids of agents that each answer every message of a group there, in this order; in place of `agent`.',
      ),
  }),
);
