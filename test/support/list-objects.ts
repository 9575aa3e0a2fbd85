/** Answers ListObjectsV2 for the keys of a bucket. With a delimiter, the folders are prefixes. */
export function listObjects(
  keys: Iterable<string>,
  { Prefix = '', Delimiter }: { Prefix?: string; Delimiter?: string },
) {
  const found = [...keys].filter((key) => key.startsWith(Prefix)).sort();
  if (Delimiter === undefined) return { Contents: found.map((Key) => ({ Key })) };
  const folders = found.flatMap((key) => {
    const end = key.indexOf(Delimiter, Prefix.length);
    return end === -1 ? [] : key.slice(0, end + 1);
  });
  return { CommonPrefixes: [...new Set(folders)].map((folder) => ({ Prefix: folder })) };
}
