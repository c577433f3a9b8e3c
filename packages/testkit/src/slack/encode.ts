import type { Json } from '@cuttle/core-types';
import type { FileState, MessageState, UserState, World } from './world.ts';

type Wire = Record<string, Json>;

/** https://docs.slack.dev/reference/objects/user-object */
export function encodeUser({
  id,
  name,
  realName,
  isBot,
  teamId,
  deleted = false,
}: UserState): Wire {
  return {
    id,
    team_id: teamId,
    name,
    deleted,
    real_name: realName,
    profile: { real_name: realName, display_name: name },
    is_bot: isBot,
  };
}

/** https://docs.slack.dev/reference/objects/file-object */
export function encodeFile(file: FileState, origin: string): Wire {
  const { id, name, mimeType, bytes, user, title, width, subtype } = file;
  if (file.deleted) return { id, mode: 'tombstone' };
  const address = `${origin}/files-pri/${id}/download/${encodeURIComponent(name)}`;
  return {
    id,
    name,
    title,
    mimetype: mimeType,
    filetype: mimeType.split('/')[1] ?? 'binary',
    user,
    mode: 'hosted',
    size: bytes.length,
    is_external: false,
    url_private: address,
    url_private_download: address,
    ...(width !== undefined && { original_w: width, original_h: width }),
    ...(subtype !== undefined && { subtype, duration_ms: 1000 }),
  };
}

/** A message as it stands in events and in history. https://docs.slack.dev/reference/events/message */
export function encodeMessage(world: World, message: MessageState, origin: string): Wire {
  const { ts, user, botId, text, blocks, files, threadTs, edited } = message;
  const parent = parentOf(world, message);
  const reactions = [...message.reactions].map(([name, users]) => ({
    name,
    users: [...users],
    count: users.size,
  }));
  return {
    type: 'message',
    ...subtypeOf(message),
    user,
    ts,
    text,
    team: world.users.get(user)?.teamId ?? world.team.id,
    ...(blocks.length > 0 && { blocks: [...blocks] }),
    ...(botId !== undefined && {
      bot_id: botId,
      app_id: world.appId,
      bot_profile: { id: botId, app_id: world.appId, name: world.bot.name, deleted: false },
    }),
    ...(files.length > 0 && { files: files.map((file) => encodeFile(file, origin)) }),
    ...(threadTs !== undefined && { thread_ts: threadTs }),
    ...(parent && parent.ts !== ts && { parent_user_id: parent.user }),
    ...(edited && { edited: { ...edited } }),
    ...(reactions.length > 0 && { reactions }),
  };
}

function subtypeOf({ files, broadcast }: MessageState): Wire {
  if (broadcast) return { subtype: 'thread_broadcast' };
  return files.length > 0 ? { subtype: 'file_share' } : {};
}

function parentOf(world: World, { channel, threadTs }: MessageState): MessageState | undefined {
  if (threadTs === undefined) return undefined;
  return world.channels.get(channel)?.messages.get(threadTs);
}
