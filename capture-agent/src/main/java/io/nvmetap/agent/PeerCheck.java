package io.nvmetap.agent;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/** Who may connect to a UNIX socket: the kernel tells whose process the peer is. */
final class PeerCheck {
    private final Set<UserPrincipal> allowed;

    PeerCheck(Set<UserPrincipal> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /**
     * The user of this process, and others by number.
     *
     * @param own a file this process made
     * @param uids numbers of users besides
     */
    static PeerCheck of(Path own, List<Integer> uids) throws IOException {
        Set<UserPrincipal> allowed = new HashSet<>();
        allowed.add(Files.getOwner(own));
        UserPrincipalLookupService users = FileSystems.getDefault().getUserPrincipalLookupService();
        for (int uid : uids) {
            // A number that is no name is taken as a number by the JDK's look-up on UNIX.
            allowed.add(users.lookupPrincipalByName(Integer.toString(uid)));
        }
        return new PeerCheck(allowed);
    }

    /**
     * @return empty if the peer may stay, else who it is
     */
    Optional<String> refuse(SocketChannel peer) throws IOException {
        UnixDomainPrincipal who = peer.getOption(ExtendedSocketOptions.SO_PEERCRED);
        return allowed.contains(who.user()) ? Optional.empty() : Optional.of(who.user().getName());
    }
}
