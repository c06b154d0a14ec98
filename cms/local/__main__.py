import sys

from cms.local.run import main

if __name__ == "__main__":
    sys.exit(main())
