// The Gregorian calendar as integers: days are counted from 1970-01-01, months from January of the year 0.
// Years are counted from March here, so that the leap day comes last and the months' lengths follow one formula.

const DAYS_IN_400_YEARS = 146_097;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAY = 719_468;
/** Months from January to March. */
const MARCH = 2;

/** The month that a day is in. */
export function monthOf(day: number): number {
  const shifted = day + EPOCH_DAY;
  const era = Math.floor(shifted / DAYS_IN_400_YEARS);
  const dayOfEra = shifted - era * DAYS_IN_400_YEARS;
  const leapDays = floor(dayOfEra / 1460) - floor(dayOfEra / 36_524) + floor(dayOfEra / 146_096);
  const yearOfEra = floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - daysInYears(yearOfEra);
  return (era * 400 + yearOfEra) * 12 + floor((5 * dayOfYear + 2) / 153) + MARCH;
}

/** The first day of a month. */
export function firstDayOf(month: number): number {
  const shifted = month - MARCH;
  const year = Math.floor(shifted / 12);
  const era = Math.floor(year / 400);
  const daysInMonths = floor((153 * (shifted - year * 12) + 2) / 5);
  return era * DAYS_IN_400_YEARS + daysInYears(year - era * 400) + daysInMonths - EPOCH_DAY;
}

/** The month of the year: 1 for January to 12. */
export function monthOfYear(month: number): number {
  return month - Math.floor(month / 12) * 12 + 1;
}

/** The day of the week: 0 for Sunday to 6. */
export function weekdayOf(day: number): number {
  const sinceSunday = day + 4;
  return sinceSunday - Math.floor(sinceSunday / 7) * 7;
}

function daysInYears(years: number): number {
  return 365 * years + floor(years / 4) - floor(years / 100);
}

/** Math.floor for what is known to be small and not negative, where truncating is the same and faster. */
function floor(value: number): number {
  return value | 0;
}
