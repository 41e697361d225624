// What a periodic task runs by: a set of minutes. Made by crontab() and cron(); anything of this shape will do.
//
// Daylight saving, for schedules in a time zone. When a clock goes forward it skips readings (a gap); when it goes back
// it shows readings again (a fold). What a schedule does then depends on its hour field, and is a promise:
//
// - All 24 hours allowed ("every 10 minutes"): it follows real time. Each real minute whose reading matches fires, so
//   what falls in a gap never happens, and what falls in a fold happens in both passes.
// - Hours restricted ("at 02:30"): it has fixed times, and each reading fires exactly once: in the first minute in which
//   the clock shows that reading or a later one. So readings in a gap fire, together, once, in the first minute after it,
//   and in a fold only the first pass fires.

/** A set of minutes. Guarantee: the three questions always agree; instants are epoch milliseconds. */
export interface Schedule {
  /** Tells whether the minute that holds this instant is one of the schedule's. */
  matches(instant: number): boolean;
  /**
   * The first millisecond of the first minute of the schedule that starts strictly after the instant. The search has no
   * horizon: undefined means that there is none before the end of time as a Date knows it.
   */
  next(after: number): number | undefined;
  /** The first millisecond of the last minute of the schedule that starts strictly before the instant, if there is one. */
  previous(before: number): number | undefined;
  /** The schedule as a person would write it. */
  toString(): string;
}
