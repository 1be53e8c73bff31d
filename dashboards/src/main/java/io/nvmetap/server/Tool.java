package io.nvmetap.server;

/** Commands of other modules that the dashboard runs, each as a process of its own. */
enum Tool {
    ANALYZE("io.nvmetap.report.AnalyzeCommand", "nvmetap.classpath.analyze"),
    DIFF("io.nvmetap.compare.DiffCommand", "nvmetap.classpath.replay"),
    REPLAY("io.nvmetap.session.ReplayCommand", "nvmetap.classpath.replay");

    private final String mainClass;
    private final String property;

    Tool(String mainClass, String property) {
        this.mainClass = mainClass;
        this.property = property;
    }

    String mainClass() {
        return mainClass;
    }

    /** The launcher names its class path; without one that of this process serves. */
    String classPath() {
        return System.getProperty(property, System.getProperty("java.class.path"));
    }
}
