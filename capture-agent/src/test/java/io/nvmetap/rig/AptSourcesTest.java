package io.nvmetap.rig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptSourcesTest {
    @TempDir Path etc;

    @Test
    void readsStanzasAndPassesByOthersArchives() throws IOException {
        sources(
                "a.sources",
                "Types: deb",
                "URIs: https://tools.example/linux/debian",
                "Suites: bookworm",
                "Components: stable",
                "",
                "# the mirror next door",
                "Types: deb deb-src",
                "# an older one: http://old.example/debian",
                "URIs: http://mirror.example/debian/ http://second.example/debian",
                "Suites: bookworm bookworm-updates",
                "Components: main contrib",
                "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
                "",
                "Types: deb",
                "URIs: http://mirror.example/debian-security",
                "Suites: bookworm-security",
                "Components: main");
        assertThat(AptSources.debian(etc))
                .contains(
                        new AptArchive(
                                "http://mirror.example/debian/",
                                "/usr/share/keyrings/debian-archive-keyring.gpg",
                                false));
    }

    @Test
    void readsTheOneLineFormat() throws IOException {
        Files.write(
                etc.resolve("sources.list"),
                List.of(
                        "# deb http://off.example/debian trixie main",
                        "deb-src http://source.example/debian trixie main",
                        "deb [arch=amd64] http://tools.example/apt tools-trixie main",
                        "deb [ arch=amd64 signed-by=/k.gpg trusted=yes ] http://m.example/debian"
                                + " trixie main non-free # mine"));
        assertThat(AptSources.debian(etc))
                .contains(new AptArchive("http://m.example/debian", "/k.gpg", true));
    }

    @Test
    void prefersDebiansOwnPathToAThirdPartysSuiteOfThatName() throws IOException {
        Files.write(
                etc.resolve("sources.list"), List.of("deb http://third.example/php bookworm main"));
        sources(
                "debian.sources",
                "Types: deb",
                "URIs: http://m.example/debian",
                "Suites: bookworm",
                "Components: main");
        assertThat(AptSources.debian(etc).map(AptArchive::uri)).contains("http://m.example/debian");
    }

    @Test
    void keepsAWholeKeyAndWritesItBack() throws IOException {
        sources(
                "debian.sources",
                "types: deb",
                "uris: http://m.example/debian",
                "suites: trixie",
                "components: main",
                "signed-by:",
                " -----BEGIN PGP PUBLIC KEY BLOCK-----",
                " .",
                " mQINBF",
                " -----END PGP PUBLIC KEY BLOCK-----");
        Optional<AptArchive> found = AptSources.debian(etc);
        assertThat(found.orElseThrow().stanza("trixie trixie-backports"))
                .isEqualTo(
                        """
                        Types: deb
                        URIs: http://m.example/debian
                        Suites: trixie trixie-backports
                        Components: main
                        Signed-By:\s
                         -----BEGIN PGP PUBLIC KEY BLOCK-----
                         .
                         mQINBF
                         -----END PGP PUBLIC KEY BLOCK-----
                        """);
    }

    @Test
    void findsNothingInDisabledStanzasOtherSystemsAndAnEmptyFolder() throws IOException {
        assertThat(AptSources.debian(etc)).isEmpty();
        sources(
                "a.sources",
                "Enabled: no",
                "Types: deb",
                "URIs: http://m.example/debian",
                "Suites: trixie",
                "Components: main",
                "",
                "Types: deb",
                "URIs: http://m.example/ubuntu",
                "Suites: noble noble-updates",
                "Components: main universe");
        sources("b.list", "deb", "deb [", "deb http://m.example/debian trixie");
        assertThat(AptSources.debian(etc)).isEmpty();
    }

    private void sources(String name, String... lines) throws IOException {
        Path folder = Files.createDirectories(etc.resolve("sources.list.d"));
        Files.write(folder.resolve(name), List.of(lines));
    }
}
