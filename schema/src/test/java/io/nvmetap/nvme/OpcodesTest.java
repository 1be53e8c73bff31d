package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpcodesTest {
    @Test
    void shouldNameStandardOpcodesWithClause() {
        assertThat(Opcodes.admin(0x06).name()).isEqualTo("Identify");
        assertThat(Opcodes.admin(0x06).clause()).isEqualTo("NVMe Base 2.0c 5.17");
        assertThat(Opcodes.io(0x02).name()).isEqualTo("Read");
        assertThat(Opcodes.of(true, 0x7C).name()).isEqualTo("Doorbell Buffer Config");
        assertThat(Opcodes.of(false, 0x7D).kind()).isEqualTo(Opcode.Kind.ZONED);
        assertThat(Opcodes.admin(0x7F).kind()).isEqualTo(Opcode.Kind.FABRICS);
    }

    @Test
    void shouldKeepUnknownOpcodesByNumber() {
        assertThat(Opcodes.admin(0xC1).name()).isEqualTo("Vendor Specific C1h");
        assertThat(Opcodes.admin(0xBF).name()).isEqualTo("Reserved BFh");
        assertThat(Opcodes.io(0x80).kind()).isEqualTo(Opcode.Kind.VENDOR);
        assertThat(Opcodes.io(0x3F).name()).isEqualTo("Reserved 3Fh");
        assertThat(Opcodes.io(0x3F).defined()).isFalse();
    }

    @Test
    void shouldAnswerForEveryOpcode() {
        Set<String> names = new HashSet<>();
        int defined = 0;
        for (boolean admin : new boolean[] {true, false}) {
            for (int code = 0; code < 256; code++) {
                Opcode opcode = Opcodes.of(admin, code);
                assertThat(opcode.code()).isEqualTo(code);
                assertThat(opcode.admin()).isEqualTo(admin);
                assertThat(opcode.defined()).isEqualTo(!opcode.clause().isEmpty());
                assertThat(names.add(admin + opcode.name())).as(opcode.name()).isTrue();
                defined += opcode.defined() ? 1 : 0;
            }
        }
        assertThat(defined).isEqualTo(BundledTable.rows("opcodes.txt", 5).size());
    }

    @Test
    void shouldTellDirectionFromTheLowBits() {
        assertThat(Opcodes.io(0x00).direction()).isEqualTo(Opcode.Direction.NONE);
        assertThat(Opcodes.io(0x01).direction()).isEqualTo(Opcode.Direction.HOST_TO_CONTROLLER);
        assertThat(Opcodes.io(0x02).direction()).isEqualTo(Opcode.Direction.CONTROLLER_TO_HOST);
        assertThat(Opcodes.admin(0xC3).direction()).isEqualTo(Opcode.Direction.BIDIRECTIONAL);
    }

    @Test
    void shouldExemptSlowAndVendorCommandsFromTime() {
        assertThat(Opcodes.admin(Opcodes.ADMIN_ASYNC_EVENT_REQUEST).timeExempt()).isTrue();
        assertThat(Opcodes.admin(Opcodes.ADMIN_FORMAT_NVM).timeExempt()).isTrue();
        assertThat(Opcodes.admin(Opcodes.ADMIN_SANITIZE).timeExempt()).isTrue();
        assertThat(Opcodes.admin(0xD8).timeExempt()).isTrue();
        assertThat(Opcodes.admin(Opcodes.ADMIN_IDENTIFY).timeExempt()).isFalse();
        assertThat(Opcodes.io(Opcodes.IO_READ).timeExempt()).isFalse();
    }

    @Test
    void shouldHaveATableRowForEveryConstant() throws IllegalAccessException {
        for (Field field : Opcodes.class.getFields()) {
            if (!field.getName().contains("VENDOR")) {
                boolean admin = field.getName().startsWith("ADMIN_");
                Opcode opcode = Opcodes.of(admin, field.getInt(null));
                assertThat(opcode.defined()).as(field.getName()).isTrue();
            }
        }
    }
}
