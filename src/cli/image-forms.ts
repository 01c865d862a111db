/** How an image may be named on the command line, for `--help`: every form that `parseImageSpec` reads. */
export const imageForms =
  'docker:REF, podman:REF, registry:REF, docker-archive:FILE[:REF], oci:DIR[:TAG], oci-archive:FILE[:TAG], dir:DIR, or just a name or path';
