/** What the lab stands in for. Docker Hub asks for a token (401), which is an answer as well. */
const internet = ['https://registry-1.docker.io/v2/', 'https://pypi.org/simple/pip/'];

/** True when Docker Hub and the Python Package Index both answer within three seconds. */
export async function isOnline(addresses: readonly string[] = internet): Promise<boolean> {
  const answers = await Promise.all(
    addresses.map((address) =>
      fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(3000) }).then(
        (response) => response.status === 200 || response.status === 401,
        () => false,
      ),
    ),
  );
  return answers.every((answer) => answer);
}
