package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An analyzer that was put into a checkpoint and taken out says what it would have said. */
class AnalyzerStateTest {
    private static final int STATE_BYTES_MAX = 1 << 20;

    private static List<String> judge(List<CapturedEvent> events, int checkpointEvery)
            throws IOException, ClassNotFoundException {
        List<String> said = new ArrayList<>();
        Analyzer analyzer = new Analyzer(RuleSet.all(), RuleSettings.DEFAULTS);
        for (int i = 0; i < events.size(); i++) {
            analyzer.accept(
                    events.get(i).copy(), f -> said.add(f.toString()), s -> said.add(s.toString()));
            if (checkpointEvery > 0 && i % checkpointEvery == checkpointEvery - 1) {
                analyzer = throughBytes(analyzer);
            }
        }
        return said;
    }

    private static Analyzer throughBytes(Analyzer analyzer)
            throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(analyzer);
        }
        assertThat(bytes.size()).isLessThan(STATE_BYTES_MAX);
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (Analyzer) in.readObject();
        }
    }

    @Test
    void shouldSayTheSameAfterCheckpoints() throws Exception {
        SimulationSpec sleepy =
                SimulationSpec.of(GuestKind.LINUX, 9, 300)
                        .withCpus(1)
                        .withProfile(ControllerProfile.byName("samsung"))
                        .withGuestHabits(GuestHabit.IDLE_SPELLS)
                        .withControllerFaults(ControllerFault.APST_DEEP_SLEEP_HANG);
        List<CapturedEvent> events = Simulation.run(sleepy);
        List<String> whole = judge(events, 0);
        assertThat(whole).anyMatch(f -> f.contains("NO_DEEPEST_PS"));
        assertThat(judge(events, events.size() / 7)).isEqualTo(whole);
    }
}
