/** Explains that the disk of the data folder is full, and what to do. */
export function explainFullDisk(data_dir: string): string {
  return (
    `The disk of ${data_dir} is full, and the embedded cloud has stopped. It has kept everything ` +
    'that it accepted. Free some space, or move the folder to a larger disk and name it with ' +
    '--data DIR. Then start again.'
  );
}
