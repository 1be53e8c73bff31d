package io.nvmetap.device.vfiouser;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What a peer said in VERSION that it can do. What it did not say has the default of the protocol's
 * specification.
 *
 * @param maxMsgFds descriptors with one message
 * @param maxDataXferSize bytes of data of one message
 * @param writeMultiple whether it takes REGION_WRITE_MULTI
 */
record Capabilities(int maxMsgFds, int maxDataXferSize, boolean writeMultiple) {
    static final Capabilities DEFAULT = new Capabilities(1, 1 << 20, false);
    static final Capabilities OURS =
            new Capabilities(VfioUser.DESCRIPTORS_MAX, VfioUser.DATA_BYTES_MAX, true);

    /** Bytes of a VERSION message we look at. */
    static final int BYTES_MAX = 16 << 10;

    private static final int NUMBERS = 4;
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(16)
                                    .maxStringLength(4096)
                                    .build())
                    .build();

    /** Body of a VERSION message that says this: numbers, then text that ends with a zero byte. */
    byte[] body() {
        String json =
                "{\"capabilities\":{\"max_msg_fds\":"
                        + maxMsgFds
                        + ",\"max_data_xfer_size\":"
                        + maxDataXferSize
                        + ",\"pgsizes\":4096,\"write_multiple\":"
                        + writeMultiple
                        + "}}";
        byte[] text = json.getBytes(StandardCharsets.US_ASCII);
        byte[] body = new byte[NUMBERS + text.length + 1];
        LittleEndian.put16(body, 0, VfioUser.VERSION_MAJOR);
        LittleEndian.put16(body, 2, VfioUser.VERSION_MINOR);
        System.arraycopy(text, 0, body, NUMBERS, text.length);
        return body;
    }

    /**
     * @param body of a VERSION message
     * @return null if it is none: too short or long, text without its zero byte or no JSON object,
     *     a capability of the wrong type or out of range
     */
    static Capabilities parse(byte[] body) {
        if (body.length < NUMBERS || body.length > BYTES_MAX) {
            return null;
        }
        if (body.length == NUMBERS) {
            return DEFAULT;
        }
        if (body[body.length - 1] != 0) {
            return null;
        }
        try (JsonParser json = JSON.createParser(body, NUMBERS, body.length - NUMBERS - 1)) {
            return object(json);
        } catch (IOException malformed) {
            return null;
        }
    }

    private static Capabilities object(JsonParser json) throws IOException {
        Capabilities found = DEFAULT;
        if (json.nextToken() != JsonToken.START_OBJECT) {
            return null;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean ours = json.currentName().equals("capabilities");
            JsonToken value = json.nextToken();
            if (!ours) {
                json.skipChildren();
                continue;
            }
            found = value == JsonToken.START_OBJECT ? capabilities(json) : null;
            if (found == null) {
                return null;
            }
        }
        return json.nextToken() == null ? found : null;
    }

    private static Capabilities capabilities(JsonParser json) throws IOException {
        int fds = DEFAULT.maxMsgFds;
        int data = DEFAULT.maxDataXferSize;
        boolean multiple = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "max_msg_fds" -> fds = number(json, 0);
                case "max_data_xfer_size" -> data = number(json, 1);
                case "write_multiple" -> {
                    if (value != JsonToken.VALUE_TRUE && value != JsonToken.VALUE_FALSE) {
                        return null;
                    }
                    multiple = value == JsonToken.VALUE_TRUE;
                }
                default -> json.skipChildren();
            }
            if (fds < 0 || data < 0) {
                return null;
            }
        }
        return new Capabilities(fds, Math.min(data, VfioUser.DATA_BYTES_MAX), multiple);
    }

    /** A whole number from {@code min}, capped to 31 bits; -1 for anything else. */
    private static int number(JsonParser json, int min) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || json.getLongValue() < min) {
            json.skipChildren();
            return -1;
        }
        return (int) Math.min(Integer.MAX_VALUE, json.getLongValue());
    }
}
