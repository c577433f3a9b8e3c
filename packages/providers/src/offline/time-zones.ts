/** The few places that a demonstration is asked for; any IANA name works, too. */
const places: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amsterdam: 'Europe/Amsterdam',
    bangalore: 'Asia/Kolkata',
    beijing: 'Asia/Shanghai',
    berlin: 'Europe/Berlin',
    chicago: 'America/Chicago',
    delhi: 'Asia/Kolkata',
    dubai: 'Asia/Dubai',
    london: 'Europe/London',
    'los angeles': 'America/Los_Angeles',
    madrid: 'Europe/Madrid',
    'new york': 'America/New_York',
    paris: 'Europe/Paris',
    rome: 'Europe/Rome',
    'san francisco': 'America/Los_Angeles',
    'sao paulo': 'America/Sao_Paulo',
    shanghai: 'Asia/Shanghai',
    singapore: 'Asia/Singapore',
    sydney: 'Australia/Sydney',
    tokyo: 'Asia/Tokyo',
    utc: 'UTC',
  }),
);

export function findTimeZone(place: string): string | undefined {
  if (/^[A-Za-z]+\/[\w/+-]+$/.test(place)) return place;
  return places.get(place.toLowerCase());
}
