package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventWatchITCase {
    private final long openBefore = Descriptor.open();
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    private final EventSignal signal = new EventSignal();

    @AfterEach
    void nothingIsLeft() {
        assertThat(Descriptors.eventually(() -> Descriptor.open() == openBefore))
                .as("descriptors left open")
                .isTrue();
    }

    @Test
    void shouldTellOfEachDescriptorItsOwnSignals() throws IOException {
        try (EventWatch watch = new EventWatch("test", failures::add)) {
            AtomicInteger a = new AtomicInteger();
            AtomicInteger b = new AtomicInteger();
            EventWatch.Event first = watch.add(a::incrementAndGet);
            EventWatch.Event second = watch.add(b::incrementAndGet);
            for (int i = 1; i <= 100; i++) {
                int told = i;
                assertThat(signal.signal(first.descriptor())).isTrue();
                assertThat(Descriptors.eventually(() -> a.get() == told)).isTrue();
            }
            assertThat(b.get()).isZero();
            first.close();
            assertThat(signal.signal(second.descriptor())).isTrue();
            assertThat(Descriptors.eventually(() -> b.get() == 1)).isTrue();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void shouldGoOnAfterWorkThatFailed() throws IOException {
        try (EventWatch watch = new EventWatch("test", failures::add)) {
            EventWatch.Event event =
                    watch.add(
                            () -> {
                                throw new IllegalStateException("one");
                            });
            for (int i = 1; i <= 2; i++) {
                int told = i;
                signal.signal(event.descriptor());
                assertThat(Descriptors.eventually(() -> failures.size() == told)).isTrue();
            }
        }
    }

    @Test
    void shouldRefuseMoreDescriptorsThanItsBound() throws IOException {
        try (EventWatch watch = new EventWatch("test", failures::add)) {
            for (int i = 0; i < EventWatch.EVENTS_MAX; i++) {
                watch.add(() -> {});
            }
            assertThatThrownBy(() -> watch.add(() -> {})).isInstanceOf(IOException.class);
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void shouldTouchNoNumberOfOthersAfterItsEnd() throws IOException {
        List<EventWatch.Event> old = new ArrayList<>();
        EventWatch watch = new EventWatch("test", failures::add);
        old.add(watch.add(() -> {}));
        old.add(watch.add(() -> {}));
        watch.close();
        List<Descriptor> others = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            others.add(Descriptors.event());
        }
        old.forEach(EventWatch.Event::close);
        watch.close();
        for (Descriptor other : others) {
            assertThat(Descriptors.signals(other)).isZero();
            other.close();
        }
        assertThatThrownBy(() -> watch.add(() -> {})).isInstanceOf(IOException.class);
    }
}
