export { createLocalClock, type LocalClock } from './local-time.ts';
export { nextFire } from './next-fire.ts';
export { parseSchedule, ScheduleInput } from './parse-schedule.ts';
export { type MissedPlan, type MissedPolicy, planMissed } from './plan-missed.ts';
export { Schedule } from './schedule.ts';
