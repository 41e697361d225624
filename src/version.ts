// The version of this package. It is that of package.json, which a test sees to: reading the file when running would tie
// the code to where it was installed.

/** As in package.json. */
export const VERSION = '0.1.0';
