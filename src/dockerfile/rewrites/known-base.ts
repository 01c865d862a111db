/** True for official images of Debian, Ubuntu, Alpine, Python and CUDA, which bring a system and no application: no files in `/app`, no user but root. */
export function knownBase(reference: string): boolean {
  const repository = reference.replace(/@.*$/, '').replace(/:[^/]*$/, '');
  return /^(?:(?:docker\.io|index\.docker\.io|public\.ecr\.aws\/docker|mirror\.gcr\.io|nvcr\.io)\/)?(?:library\/)?(?:python|debian|ubuntu|alpine|buildpack-deps|nvidia\/cuda(?:gl)?)$/.test(
    repository,
  );
}

/** One of these with Debian's programs: `useradd`, not Alpine's. */
export function isDebianBase(reference: string): boolean {
  return knownBase(reference) && !/alpine|ubi\d|rockylinux|windows|nanoserver/.test(reference);
}
