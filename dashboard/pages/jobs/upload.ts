import { Problem } from '../../api/problem.ts';

/**
 * Uploads a file to a presigned URL. `fetch` does not tell how much it has sent, so this uses the older
 * request of browsers.
 *
 * @param on_progress gets the share that is sent, from 0 to 1.
 * @throws {Problem} if the upload is refused or breaks off.
 */
export function uploadFile(
  url: string,
  file: File,
  on_progress: (share: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const upload = new XMLHttpRequest();
    upload.open('PUT', url);
    upload.upload.addEventListener('progress', ({ loaded, total }) => on_progress(loaded / total));
    upload.addEventListener('load', () => {
      if (upload.status === 200) resolve();
      else
        reject(new Problem('refused', `S3 answered ${upload.status}`, { status: upload.status }));
    });
    upload.addEventListener('error', () =>
      reject(new Problem('unreachable', 'The upload broke off')),
    );
    upload.send(file);
  });
}
