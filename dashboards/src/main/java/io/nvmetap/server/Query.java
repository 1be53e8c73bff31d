package io.nvmetap.server;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a request asks for: the parts of its path, decoded once, and its parameters.
 *
 * @param path parts of the path
 * @param parameters parameters; of several with one name the last
 */
record Query(List<String> path, Map<String, String> parameters) {
    /** Characters of a request target. */
    static final int TARGET_CHARS_MAX = 4096;

    /** Of a request that could not be read. */
    static final Query NONE = new Query(List.of("api"), Map.of());

    static Query of(URI target) {
        String raw = target.getRawPath() == null ? "/" : target.getRawPath();
        String query = target.getRawQuery() == null ? "" : target.getRawQuery();
        if (raw.length() + query.length() > TARGET_CHARS_MAX) {
            throw new HttpFailure(414, "the address is longer than " + TARGET_CHARS_MAX);
        }
        List<String> parts =
                List.of(raw.substring(1).split("/", -1)).stream().map(Query::decode).toList();
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.split("&")) {
            int eq = pair.indexOf('=');
            if (eq > 0) {
                parameters.put(decode(pair.substring(0, eq)), decode(pair.substring(eq + 1)));
            }
        }
        return new Query(parts, parameters);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException bad) {
            throw HttpFailure.bad("the address is not well encoded");
        }
    }

    String part(int index) {
        return index < path.size() ? path.get(index) : "";
    }

    /** A number in a range; {@code otherwise} if it is not given. */
    long number(String name, long otherwise, long least, long most) {
        String text = parameters.get(name);
        return text == null ? otherwise : number(name + " ", text, least, most);
    }

    static long number(String name, String text, long least, long most) {
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException bad) {
            throw HttpFailure.bad(name + "is not a number");
        }
        throw HttpFailure.bad(name + "is not in " + least + " to " + most);
    }
}
