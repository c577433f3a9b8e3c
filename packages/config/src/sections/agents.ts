import { z } from 'zod';

const queueMode = z.enum(['steer', 'followup', 'collect', 'interrupt']);
const thinking = z.enum(['off', 'minimal', 'low', 'medium', 'high', 'max']);

const runLimits = z.looseObject({
  maxSteps: z.int().positive().optional().describe('Model calls of one run.'),
  maxWallMs: z.int().positive().optional().describe('Milliseconds of one run.'),
  maxTokens: z.int().positive().optional().describe('Tokens of one run.'),
  toolTimeoutMs: z.int().positive().optional().describe('Milliseconds of one tool call.'),
});

const share = z.number().min(0.05).max(1);

const context = z.looseObject({
  threshold: share
    .optional()
    .describe('Share of the room for messages above which a summary is made; 0.75 when not set.'),
  softTrimRatio: share
    .optional()
    .describe(
      'Share above which old, large results of tools are cut to beginning and end; 0.35 when not set.',
    ),
  hardClearRatio: share
    .optional()
    .describe('Share above which old results of tools are left out; 0.55 when not set.'),
  keepLastAssistants: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe('Newest answers whose results stay; 3 when not set.'),
  pruneTools: z
    .array(z.string())
    .optional()
    .describe('Tools whose results may be cut: names, or a beginning and *; all when not set.'),
  reserveTokens: z
    .int()
    .positive()
    .optional()
    .describe(
      'Tokens kept free for the answer, at most a quarter of the window; 8192 when not set.',
    ),
  summaryModel: z
    .string()
    .optional()
    .describe('`<provider>/<model>` that writes summaries; the one that is asked when not set.'),
});

/** What a worker outside may be called. */
const workerName = /^[a-z0-9][a-z0-9_-]{0,63}$/;

const subagentKeys = {
  allow: z
    .array(z.string())
    .describe('Other agents, by id, that may be given work or messages; `*` for any.'),
  workers: z
    .array(z.string().regex(workerName, 'a name of small letters, digits, - and _'))
    .describe('Programs outside, by the name of their workers, that may be given work.'),
  maxDepth: z.int().min(0).max(10).describe('How deep sub-agents nest; 0 for none.'),
  maxChildren: z.int().positive().max(1000).describe('Sub-agents of one session at once.'),
  maxHops: z
    .int()
    .min(0)
    .max(100)
    .describe('Agents that a message may go through before it is refused.'),
  timeoutMs: z
    .int()
    .positive()
    .max(86_400_000)
    .describe('A sub-agent is ended after so many milliseconds.'),
};

const subagents = z.looseObject({
  allow: subagentKeys.allow.default([]).describe(describe(subagentKeys.allow)),
  workers: subagentKeys.workers.default([]).describe(describe(subagentKeys.workers)),
  maxDepth: subagentKeys.maxDepth.default(2).describe(describe(subagentKeys.maxDepth)),
  maxChildren: subagentKeys.maxChildren.default(5).describe(describe(subagentKeys.maxChildren)),
  maxHops: subagentKeys.maxHops.default(5).describe(describe(subagentKeys.maxHops)),
  timeoutMs: subagentKeys.timeoutMs.default(3_600_000).describe(describe(subagentKeys.timeoutMs)),
});

/** What one agent says of its own, as with tools. */
const ownSubagents = z.looseObject({
  allow: subagentKeys.allow.optional().describe(describe(subagentKeys.allow)),
  workers: subagentKeys.workers.optional().describe(describe(subagentKeys.workers)),
  maxDepth: subagentKeys.maxDepth.optional().describe(describe(subagentKeys.maxDepth)),
  maxChildren: subagentKeys.maxChildren.optional().describe(describe(subagentKeys.maxChildren)),
  maxHops: subagentKeys.maxHops.optional().describe(describe(subagentKeys.maxHops)),
  timeoutMs: subagentKeys.timeoutMs.optional().describe(describe(subagentKeys.timeoutMs)),
});

const toolsKeys = {
  profile: z
    .enum(['minimal', 'messaging', 'coding', 'full'])
    .describe('Which groups of tools agents have.'),
  allow: z
    .array(z.string())
    .describe('Tools beyond the profile: names, `group:<name>`, or a prefix ending in *.'),
  deny: z.array(z.string()).describe('Tools that never run; wins over everything.'),
  approvals: z
    .enum(['ask', 'deny', 'allow'])
    .describe('What happens where a call needs an approval; `allow` holds for the owner only.'),
};

export const toolsSection = z.looseObject({
  profile: toolsKeys.profile.default('messaging').describe(describe(toolsKeys.profile)),
  allow: toolsKeys.allow.default([]).describe(describe(toolsKeys.allow)),
  deny: toolsKeys.deny.default([]).describe(describe(toolsKeys.deny)),
  approvals: toolsKeys.approvals.default('ask').describe(describe(toolsKeys.approvals)),
  fetch: z
    .looseObject({
      allow: z
        .array(z.string().min(1).max(300))
        .default([])
        .describe(
          'Places of your own network that `web_fetch` may reach all the same: `host` or `host:port`, as they stand in the address.',
        ),
    })
    .prefault({})
    .describe('What agents may fetch. Without it the open internet alone.'),
  lazy: z
    .looseObject({
      count: z.int().nonnegative().default(40).describe('More tools than this.'),
      tokens: z
        .int()
        .nonnegative()
        .default(12_000)
        .describe('Or schemas larger than this, estimated.'),
      core: z
        .array(z.string())
        .default(['current_time', 'math_eval', 'memory_*', 'message_send', 'web_fetch', 'file_*'])
        .describe('Which are always shown: names, or prefixes ending in *.'),
    })
    .prefault({})
    .describe('From when on a model is shown a few tools and finds the others with `tool_search`.'),
});

/** What one agent says of its own: without defaults, which would win over what is said for all. */
const ownTools = z.looseObject({
  profile: toolsKeys.profile.optional().describe(describe(toolsKeys.profile)),
  allow: toolsKeys.allow.optional().describe(describe(toolsKeys.allow)),
  deny: toolsKeys.deny.optional().describe(describe(toolsKeys.deny)),
  approvals: toolsKeys.approvals.optional().describe(describe(toolsKeys.approvals)),
});

/** A wrapper forgets the description of what it wraps. */
function describe(schema: z.ZodType): string {
  return schema.description ?? '';
}

/** How an agent appears; each field on its own may be said in another layer. */
const identity = z.looseObject({
  name: z.string().min(1).max(100).optional().describe('What the agent calls itself.'),
  emoji: z.string().min(1).max(20).optional().describe('A sign of the agent.'),
  avatar: z
    .string()
    .max(2000)
    .regex(/^(?:https:\/\/|data:image\/)/, 'must be an https or data:image address')
    .optional()
    .describe('Address of an image of the agent, `https:` or `data:image/`.'),
});

/** What holds for every agent, whatever it says itself; a messenger account may say otherwise. */
export const identitySection = identity;

const orders = z.array(z.string().trim().min(1).max(2000)).max(100);

const promptTokens = z.record(z.string(), z.int().positive().max(200_000));

const agent = z.looseObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
    .describe('Names the agent in session keys and model names.'),
  name: z.string().optional().describe('Short for `identity.name`.'),
  identity: identity.optional().describe('How the agent appears to people.'),
  workspace: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The folder of the agent's files; `workspace/<id>` of the home without it. Relative to the home.",
    ),
  orders: orders
    .optional()
    .describe('Standing orders, after those of `agents.defaults.orders`; part of every prompt.'),
  promptTokens: promptTokens
    .optional()
    .describe('Over `agents.defaults.promptTokens`, part by part.'),
  model: z.string().optional().describe('`<provider>/<model>`, over the default.'),
  fallbacks: z
    .array(z.string())
    .optional()
    .describe('Over `agents.defaults.fallbacks`; an empty list for none.'),
  system: z.string().optional().describe('Added to the base prompt.'),
  queueMode: queueMode.optional().describe('What happens to messages that arrive during a run.'),
  thinking: thinking.optional().describe('How much a model may think.'),
  tools: ownTools.optional().describe('Over `tools`; `deny` adds to it.'),
  limits: runLimits.optional().describe('Over `agents.defaults.limits`.'),
  context: context.optional().describe('Over `agents.defaults.context`.'),
  subagents: ownSubagents.optional().describe('Over `agents.defaults.subagents`.'),
});

const defaults = z.looseObject({
  model: z
    .string()
    .optional()
    .describe(
      '`<provider>/<model>` used where nothing else is chosen; found by itself when not set.',
    ),
  fallbacks: z
    .array(z.string())
    .default([])
    .describe('Models to ask when the first cannot answer.'),
  system: z.string().optional().describe('Added to the base prompt of every agent.'),
  orders: orders
    .default([])
    .describe('Standing orders of every agent: they outlast compaction and a new conversation.'),
  promptTokens: promptTokens
    .default({})
    .describe('Token budgets of prompt parts, such as `{ "MEMORY.md": 8000 }`.'),
  privateFiles: z
    .enum(['owner', 'paired'])
    .default('owner')
    .describe(
      'In whose private conversations USER.md and MEMORY.md are in the prompt: the owner only, or everybody who was let in. Never in groups.',
    ),
  queueMode: queueMode
    .default('followup')
    .describe('What happens to messages that arrive during a run.'),
  thinking: thinking.optional().describe('How much a model may think.'),
  limits: runLimits.prefault({}).describe('Where a run is ended.'),
  context: context.prefault({}).describe('How a long conversation fits into a model.'),
  subagents: subagents.prefault({}).describe('Work that agents give to others.'),
});

export const agentsSection = z.looseObject({
  defaults: defaults.prefault({}).describe('For every agent that says nothing else.'),
  list: z
    .array(agent)
    .min(1)
    .default([{ id: 'main' }])
    .describe('The agents; the first is the default.'),
});
