/** The emoji a reaction of a bot may be. https://core.telegram.org/bots/api#reactiontypeemoji */
const reactionEmoji: ReadonlySet<string> = new Set(
  (
    '❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 ' +
    '👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡'
  ).split(' '),
);

/** As Telegram spells it, which is without the mark for a picture; undefined where it is none that Telegram takes. */
export function toReactionEmoji(emoji: string): string | undefined {
  const plain = emoji.trim().replaceAll('\uFE0F', '');
  return reactionEmoji.has(plain) ? plain : undefined;
}
