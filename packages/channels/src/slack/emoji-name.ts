/** Slack knows emoji by names. https://docs.slack.dev/reference/methods/reactions.add */
const names: Readonly<Record<string, string>> = {
  '👍': '+1',
  '👎': '-1',
  '👀': 'eyes',
  '✅': 'white_check_mark',
  '❌': 'x',
  '⏳': 'hourglass_flowing_sand',
  '🎉': 'tada',
  '🔥': 'fire',
  '🙏': 'pray',
  '👏': 'clap',
  '👌': 'ok_hand',
  '💯': '100',
  '❤': 'heart',
  '😁': 'grin',
  '😂': 'joy',
  '😢': 'cry',
  '😱': 'scream',
  '😡': 'rage',
  '🤔': 'thinking_face',
  '🤝': 'handshake',
  '🚀': 'rocket',
  '⚡': 'zap',
  '⚠': 'warning',
  '👋': 'wave',
  '🤖': 'robot_face',
};

/** `eyes`, `:eyes:` or an emoji that is used for reactions → its name; undefined for what is none. */
export function toEmojiName(given: string): string | undefined {
  const plain = given.trim().replaceAll('\uFE0F', '');
  const name = names[plain] ?? /^:?([a-z0-9_+'-]{1,100}(?:::skin-tone-[2-6])?):?$/.exec(plain)?.[1];
  return name;
}
