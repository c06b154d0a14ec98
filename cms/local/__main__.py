import signal
import sys

if __name__ == "__main__":
    # Until something has been started, Ctrl-C needs no more than to end this, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from cms.local.run import main

    sys.exit(main())
