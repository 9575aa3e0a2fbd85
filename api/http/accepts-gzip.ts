/** Returns true if the caller accepts an answer in the coding gzip, by its name or by `*`. */
export function acceptsGzip(accept_encoding = ''): boolean {
  const weights = new Map(
    accept_encoding.split(',').map((part) => {
      const [coding = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
      return [coding, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))];
    }),
  );
  return weights.get('gzip') ?? weights.get('*') ?? false;
}
