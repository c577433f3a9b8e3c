/** Tokens as platforms write them: none may be in what an error says. */
export const secret =
  /\d{6,}:[\w-]{20,}|xox[abp]-[\w-]{10,}|Bot [\w.-]{30,}|EAA\w{20,}|Bearer [\w.-]{20,}/;
