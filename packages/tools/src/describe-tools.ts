import type { Effect, Risk, Tool } from '@cuttle/core-types/ports';
import { profileIncludes, type ToolProfile, toolProfiles } from '@cuttle/security/policy';
import { createAgentTools } from './agent-tools.ts';
import { createConfigTool } from './config-tool.ts';
import { createDirectoryTool } from './directory-tool.ts';
import { createFileSendTool } from './files/file-send.ts';
import { createFileTools } from './files/file-tools.ts';
import { createMathTools } from './math/math-tools.ts';
import { createMemoryTools } from './memory/memory-tools.ts';
import { createMessageTool } from './message-tool.ts';
import { createReminderTools } from './reminder-tools.ts';
import { createSessionTools } from './session-tools.ts';
import { createTimeTools } from './time-tools.ts';
import { createNoteTools } from './values/note-tools.ts';
import { createFetchTool } from './web/fetch-tool.ts';

/** What a reader wants to know of a tool before letting an agent have it. */
export interface ToolRow {
  readonly name: string;
  readonly description: string;
  readonly effect: Effect;
  readonly risk: Risk;
  readonly timeoutMs: number | undefined;
  readonly maxOutputChars: number;
  /** The profiles that hold it. */
  readonly profiles: readonly ToolProfile[];
}

/** A row per tool, by name; without an argument those of this package. */
export function describeTools(tools: readonly Tool[] = declaredTools()): readonly ToolRow[] {
  return tools
    .map(({ name, description, effect, risk, timeoutMs, maxOutputChars = 10_000 }) => ({
      name,
      description,
      effect,
      risk,
      timeoutMs,
      maxOutputChars,
      profiles: profiles.filter((profile) => profileIncludes(profile, name)),
    }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

// Object.keys forgets the literal keys.
const profiles = Object.keys(toolProfiles) as readonly ToolProfile[];

/** The declarations alone: a factory touches its deps only when a tool runs, and these are never run. */
function declaredTools(): readonly Tool[] {
  const none = {} as never; // see above
  return [
    createTimeTools(none),
    createMathTools(none),
    createNoteTools(none),
    createReminderTools(none),
    createMemoryTools(none),
    createMessageTool(),
    createSessionTools(none),
    createFetchTool(none),
    createFileTools({ placeOf: () => ({ root: '' }) }),
    createFileSendTool(none),
    createConfigTool(none),
    createAgentTools(none),
    createDirectoryTool(none),
  ].flat();
}
