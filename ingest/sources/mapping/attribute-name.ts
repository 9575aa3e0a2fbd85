const MAX_LENGTH = 64;

/**
 * Converts the name of a column to the name of an attribute. Letters and digits of every script
 * stay. Other characters become `_`, and the name is cut to 64 characters. For example, `Preis (€)`
 * becomes `Preis`.
 */
export function attributeName(column: string, position: number): string {
  const parts = column.normalize('NFC').split(/[^\p{L}\p{M}\p{N}_.-]+/u);
  const name = parts.filter((part) => part !== '').join('_');
  const short = [...name].slice(0, MAX_LENGTH).join('').slice(0, MAX_LENGTH);
  const whole = short.isWellFormed() ? short : short.slice(0, -1);
  if (whole === '') return `column_${position + 1}`;
  return whole === '__proto__' ? 'proto' : whole;
}

/** Adds a number to a name that is taken, such as `Note_2`. */
export function numberName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let n = 2; ; n += 1) {
    const suffix = `_${n}`;
    const numbered = name.slice(0, MAX_LENGTH - suffix.length) + suffix;
    if (!isTaken(numbered)) return numbered;
  }
}
