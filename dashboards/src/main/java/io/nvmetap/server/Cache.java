package io.nvmetap.server;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;

/**
 * What was made once, by key; the least recently used go when all together weigh too much. Made on
 * the executor, once for all who ask at the same time. Safe for any thread.
 */
final class Cache<T> {
    private final long weightMax;
    private final ToLongFunction<T> weight;
    private final Executor makers;
    private final long patienceMs;
    private final Map<String, CompletableFuture<T>> made = new LinkedHashMap<>(16, 0.75f, true);

    Cache(long weightMax, ToLongFunction<T> weight, Executor makers, long patienceMs) {
        this.weightMax = weightMax;
        this.weight = weight;
        this.makers = makers;
        this.patienceMs = patienceMs;
    }

    /**
     * @throws HttpFailure 503 if it takes too long or too much is being made
     * @throws IOException what making it threw
     */
    T get(String key, Callable<T> maker) throws IOException {
        try {
            T value = future(key, maker).get(patienceMs, TimeUnit.MILLISECONDS);
            evict(key);
            return value;
        } catch (TimeoutException | RejectedExecutionException busy) {
            throw new HttpFailure(503, "this takes longer than expected; ask again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpFailure(503, "the dashboard is being closed");
        } catch (ExecutionException e) {
            forget(key);
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException ours) {
                throw ours;
            }
            throw new IOException(String.valueOf(e.getCause()));
        }
    }

    private synchronized CompletableFuture<T> future(String key, Callable<T> maker) {
        CompletableFuture<T> f = made.get(key);
        if (f == null) {
            CompletableFuture<T> fresh = new CompletableFuture<>();
            makers.execute(
                    () -> {
                        try {
                            fresh.complete(maker.call());
                        } catch (Exception | OutOfMemoryError e) {
                            fresh.completeExceptionally(e);
                        }
                    });
            made.put(key, fresh);
            f = fresh;
        }
        return f;
    }

    private synchronized void forget(String key) {
        made.remove(key);
    }

    private synchronized void evict(String keep) {
        long sum = 0;
        for (CompletableFuture<T> f : made.values()) {
            sum += weightOf(f);
        }
        Iterator<Map.Entry<String, CompletableFuture<T>>> oldest = made.entrySet().iterator();
        while (sum > weightMax && oldest.hasNext()) {
            Map.Entry<String, CompletableFuture<T>> e = oldest.next();
            if (e.getValue().isDone() && !e.getKey().equals(keep)) {
                sum -= weightOf(e.getValue());
                oldest.remove();
            }
        }
    }

    private long weightOf(CompletableFuture<T> f) {
        boolean there = f.isDone() && !f.isCompletedExceptionally();
        return there ? weight.applyAsLong(f.join()) : 0;
    }

    synchronized int size() {
        return made.size();
    }

    /** Whether it is there already. */
    synchronized boolean has(String key) {
        CompletableFuture<T> f = made.get(key);
        return f != null && f.isDone() && !f.isCompletedExceptionally();
    }
}
