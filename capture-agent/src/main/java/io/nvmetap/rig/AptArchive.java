package io.nvmetap.rig;

/**
 * One package archive, as this machine's apt names it.
 *
 * @param uri where it is, as written in the configuration
 * @param signedBy value of Signed-By, a path or a whole key with its line breaks; "" if not given
 * @param trusted the configuration says to take it without a signature
 */
record AptArchive(String uri, String signedBy, boolean trusted) {
    /**
     * @param suites suites to take from it, apart by spaces
     * @return a deb822 stanza for a {@code .sources} file; the list format cannot hold whole keys
     */
    String stanza(String suites) {
        StringBuilder s = new StringBuilder("Types: deb\n");
        s.append("URIs: ").append(uri).append('\n');
        s.append("Suites: ").append(suites).append('\n');
        s.append("Components: main\n");
        if (!signedBy.isEmpty()) {
            s.append("Signed-By: ").append(signedBy).append('\n');
        }
        if (trusted) {
            s.append("Trusted: yes\n");
        }
        return s.toString();
    }
}
